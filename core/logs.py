"""Logs: one line an event, UTC; JSON in production. Tracebacks without local variables, which
would put passwords and answers into the log."""

import sys

import structlog


def configure(*, machine: bool) -> None:
    """Set up structlog for this process; ``machine`` writes JSON."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if machine:
        shared += [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    else:
        shared += [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)]
    structlog.configure(processors=shared, logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))
