"""Every setting, from the environment (``CHAINRULE_…``) or the command line, with its default and unit."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Settings of the service. Every description is a line of the documentation."""

    model_config = SettingsConfigDict(env_prefix="CHAINRULE_", extra="ignore", frozen=True)

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes any free one.")
    data: Path = Field(Path("data"), description="Folder for anything lasting.")
    backend: str = Field("numpy", description="Array library of the engine: numpy, torch or cupy.")
    device: str | None = Field(None, description="Device of the array library: cpu, cuda, cuda:1 or mps.")
    workers: int = Field(
        default_factory=lambda: max(1, min(os.cpu_count() or 1, 16)),
        ge=1,
        le=256,
        description="Processes that hold sessions; by default one per core.",
    )
    log_level: str = Field(
        "warning", description="debug, info, warning or error.", pattern="^(debug|info|warning|error)$"
    )
    log_format: str = Field(
        "text", description="text, or json for one object a line.", pattern="^(text|json)$"
    )

    metrics: bool = Field(True, description="Whether /metrics tells figures of the service.")

    max_nodes: int = Field(20_000, ge=1, description="Nodes of a session's graph.")
    max_parameters: int = Field(5_000_000, ge=1, description="Numbers in a session's parameters.")
    max_iterations: int = Field(100_000, ge=1, description="Iterations that one request may compute.")
    max_sessions: int = Field(1_000, ge=1, description="Sessions in memory.")
    max_sessions_per_client: int = Field(256, ge=1, description="Sessions of one client address in memory.")
    max_session_bytes: int = Field(
        96_000_000,
        ge=1_000_000,
        description="Bytes of memory for what one session has recorded; what does not fit is computed again.",
    )
    max_memory: int = Field(
        default_factory=lambda: os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2,
        ge=1_000_000,
        description="Bytes of memory of all processes that hold sessions; beyond, those sleep that nobody uses.",
    )
    max_followers: int = Field(500, ge=1, description="Sockets that follow one session.")
    max_body: int = Field(1_000_000, ge=1_000, description="Bytes of a request's body.")
    max_snapshot: int = Field(1_000_000, ge=1_000, description="Bytes of a snapshot.")
    max_snapshots: int = Field(
        100_000,
        ge=1,
        description="Snapshots in all; beyond, those that nobody has opened for longest make room.",
    )
    max_snapshots_bytes: int = Field(2_000_000_000, ge=1_000_000, description="The same in bytes.")
    snapshot_days: float = Field(
        30.0, ge=0, description="Days for which a snapshot that was made or opened never makes room."
    )
    max_message: int = Field(1_000_000, ge=1_000, description="Bytes of a message on a socket.")
    message_rate: float = Field(
        500.0, gt=0, description="Messages a second that one socket may send on average."
    )
    message_burst: int = Field(1000, ge=1, description="Messages that one socket may send at once.")
    max_queue: int = Field(
        512, ge=8, description="Answers that wait for a socket's reader before the socket is closed."
    )
    max_queue_bytes: int = Field(32_000_000, ge=1_000_000, description="The same in bytes.")
    command_timeout: float = Field(
        60.0,
        gt=0,
        description="Seconds that a command over REST is waited for; then it goes on, and 202 is the answer.",
    )
    sleep_after: float = Field(
        600.0,
        gt=0,
        description="Seconds after which a session that nobody uses or follows leaves memory, until it is asked for.",
    )
    idle_timeout: float = Field(
        2_592_000.0,
        gt=0,
        description="Seconds after which a session that nobody uses or follows is forgotten; by default 30 days.",
    )
    max_journal_bytes: int = Field(
        1_000_000_000,
        ge=1_000_000,
        description="Bytes of what is kept of sessions; beyond, those that nobody has used for longest are forgotten.",
    )
    max_rooms: int = Field(200, ge=1, description="Rooms in all.")
    max_rooms_per_client: int = Field(
        100,
        ge=1,
        description="Rooms that were opened from one client address: a school may have one for all.",
    )
    max_room_followers: int = Field(500, ge=1, description="Followers of one room.")
    max_room_questions: int = Field(200, ge=1, description="Questions that are asked in one room.")
    max_name: int = Field(40, ge=1, le=200, description="Characters of a follower's name.")
    max_question: int = Field(300, ge=1, le=1_000, description="Characters of a question's text.")
    max_room_message: int = Field(200_000, ge=1_000, description="Bytes of a message on a room's socket.")
    room_message_rate: float = Field(
        60.0, gt=0, description="Messages a second that one socket of a room may send on average."
    )
    room_message_burst: int = Field(
        200, ge=1, description="Messages that one socket of a room may send at once."
    )
    room_tries: int = Field(
        60, ge=1, description="Codes of rooms that one client address may get wrong in a minute."
    )
    room_stall: float = Field(
        10.0,
        gt=0,
        description="Seconds for which a follower of a room may not read before its socket is closed.",
    )
    room_idle_timeout: float = Field(
        21_600.0, gt=0, description="Seconds after which a room that nobody is in is over."
    )
    public_url: str = Field(
        "",
        description="Address of the service as others reach it, for links to rooms; else it is found out.",
        pattern=r"^(https?://[^\s/?#@]+(/[^\s?#]*)?)?$",
    )
    keyframe_seconds: float = Field(
        10.0,
        gt=0,
        description="Seconds of a session's training after which what it has computed is saved: so much is computed "
        "again after a crash.",
    )
    keyframe_bytes: int = Field(
        32_000_000, ge=0, description="Bytes of one session that are saved, so that less is computed again."
    )
    max_keyframe_bytes: int = Field(
        4_000_000_000, ge=0, description="The same of all sessions; beyond, the oldest make room."
    )
    drain_seconds: float = Field(
        5.0,
        ge=0,
        description="Seconds that what is under way may take to finish when the service is told to end.",
    )
    slice_seconds: float = Field(
        0.008, gt=0, le=1, description="Seconds that one session computes before another one gets its turn."
    )
    allowed_origins: list[str] = Field(
        default_factory=list,
        description="Origins of pages from elsewhere that may open sockets, as a JSON list; '*' allows all.",
    )
    static: Path = Field(
        Path(__file__).parent.parent / "static", description="Folder of the built page; for development only."
    )
