"""REST, WebSocket and the page: thin adapters that never compute."""
