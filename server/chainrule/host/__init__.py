"""Where sessions live: worker processes in the service, the same process in tests."""
