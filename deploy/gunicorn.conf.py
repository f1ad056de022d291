"""gunicorn for every size of installation; what differs between hosts comes from ``core.settings``.

``gunicorn -c deploy/gunicorn.conf.py`` in the project's folder is enough.
"""

import gc
import os
import sys
from pathlib import Path
from typing import Any

_ROOT = str(Path(__file__).resolve().parent.parent)
if _ROOT not in sys.path:  # the gunicorn script puts its own folder first, not the project's
    sys.path.insert(0, _ROOT)

from core import load  # noqa: E402
from core.settings import load_settings  # noqa: E402
from core.supervisor import die_with_parent  # noqa: E402

# Importing makes hundreds of thousands of objects that live for ever: collecting meanwhile costs a fifth of the start.
gc.disable()
_settings = load_settings()

wsgi_app = "app:create_app()"
chdir = _ROOT
bind = _settings.netloc

# Measured on two cores: a few threads a worker; many threads make gthread slower, not faster.
worker_class = "gthread"
workers = _settings.web_workers
threads = _settings.web_threads
# A short queue: overload should be a quick 503 from the proxy, not an old request.
backlog = 256
# Bounds a dead heartbeat, not a slow request: every SQL and Redis call has its own limit.
timeout = 30
graceful_timeout = 20
keepalive = 5
# Never recycled: a worker that leaves while requests run is a risk, and nothing of ours is known to leak.
max_requests = 0
# Engines and the Redis pool are made in create_app(); connections must not be shared across a fork.
preload_app = False
# The heartbeat file must not wait for a disk.
_SHM = "/dev/shm"  # noqa: S108 - gunicorn makes an unlinked file there
worker_tmp_dir = _SHM if os.access(_SHM, os.W_OK) else None
# Nobody speaks to it, and it opens a socket in the home folder.
control_socket_disable = True
forwarded_allow_ips = _settings.forwarded_allow_ips
accesslog = None
errorlog = "-"
loglevel = os.environ.get("GUNICORN_LOG_LEVEL", "info")


def post_fork(server: Any, worker: Any) -> None:
    """A worker must not outlive a killed master: it would keep the port and answer with old code."""
    die_with_parent(worker.ppid)


def post_worker_init(worker: Any) -> None:
    """Collect again from here on, without walking over what was imported."""
    gc.freeze()
    gc.enable()
    load.watch(lambda: _accepted(worker), threads=threads)


def _accepted(worker: Any) -> int:
    """Requests that a gthread worker has accepted and not answered, those without a thread yet included."""
    idle = len(worker.keepalived_conns) + len(worker.pending_conns)
    return max(0, int(worker.nr_conns) - idle)
