"""create_app(): settings -> extensions -> registries -> blueprints -> CLI. No logic."""

from datetime import timedelta

from flask import Flask

from contest.agencies import api as agencies_api
from contest.agencies import cli as agencies_cli
from contest.attempts import api as attempts_api
from contest.attempts import cli as attempts_cli
from contest.attempts import key_rehearsals, remarking, sweep, voiding, waiting, waiting_api, waiting_views
from contest.attempts import views as attempts_views
from contest.attempts.incidents import applying as incidents_applying
from contest.attempts.incidents import service as incidents_service
from contest.boards import admin as boards_admin
from contest.boards import api as boards_api
from contest.boards import cli as boards_cli
from contest.boards import service as boards
from contest.boards import views as boards_views
from contest.front import (
    account,
    agency_desk,
    bank_owners,
    exclusions,
    incidents,
    law_impact,
    organiser,
    rehearsal,
    rehearsal_desk,
    round_control,
    round_keys,
    tasks,
)
from contest.front import cli as front_cli
from contest.front import views as front_views
from contest.people import api as people_api
from contest.people import cli as people_cli
from contest.people import queries as people
from contest.people import views as people_views
from contest.results import admin as results_admin
from contest.results import api as results_api
from contest.results import cli as results_cli
from contest.results import item_admin, item_analysis, progression
from contest.results import views as results_views
from contest.rounds import admin as rounds_admin
from contest.rounds import amendment_admin, prize_trial, simulation_admin
from contest.rounds import api as rounds_api
from contest.rounds import service as round_verbs
from contest.rounds import views as rounds_views
from contest.rounds.given import register_given
from core import cli as core_cli
from core import extensions, jobs, logs
from core.access import SYSTEM
from core.embedded import embedded_url
from core.redis import gate
from core.settings import Settings, load_settings
from core.web import assets, health, hooks, openapi, shedding
from core.web.catalogues import compile_catalogues
from core.web.failures import init_failures
from core.web.forms import PublicIdConverter
from core.web.identity import register_resolver, register_unfinished
from core.worker import Loop, register_loop
from questions import cli as questions_cli
from questions.desk.blueprints import BLUEPRINTS as BANK_DESK
from questions.imports import service as imports
from questions.review import law_changes, quality

BLUEPRINTS = (
    health.blueprint,
    openapi.blueprint,
    agencies_api.blueprint,
    people_views.blueprint,
    people_api.blueprint,
    rounds_admin.blueprint,
    rounds_views.blueprint,
    simulation_admin.blueprint,
    amendment_admin.blueprint,
    rounds_api.blueprint,
    attempts_views.blueprint,
    attempts_api.blueprint,
    waiting_views.blueprint,
    waiting_api.blueprint,
    boards_views.blueprint,
    boards_admin.blueprint,
    boards_api.blueprint,
    results_views.blueprint,
    results_admin.blueprint,
    item_admin.blueprint,
    results_api.blueprint,
    *BANK_DESK,
    front_views.blueprint,
    account.blueprint,
    organiser.blueprint,
    round_control.blueprint,
    round_keys.blueprint,
    exclusions.blueprint,
    incidents.blueprint,
    law_impact.blueprint,
    rehearsal_desk.blueprint,
    tasks.blueprint,
    bank_owners.blueprint,
    agency_desk.blueprint,
)
COOKIE = {True: "__Host-contest", False: "contest"}
GROUPS = (
    core_cli.commands,
    questions_cli.group,
    agencies_cli.group,
    people_cli.group,
    attempts_cli.group,
    boards_cli.group,
    results_cli.group,
    front_cli.group,
)


def create_app(settings: Settings | None = None) -> Flask:
    """The application; reads the environment unless ``settings`` are given."""
    settings = settings or load_settings()
    logs.configure(machine=settings.mode == "production")
    app = Flask(__name__, static_folder=None)
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=64 * 1024,
        MAX_FORM_PARTS=1000,
        PERMANENT_SESSION_LIFETIME=timedelta(days=14),
        SESSION_REFRESH_EACH_REQUEST=False,
        SESSION_COOKIE_NAME=COOKIE[settings.tls],
        SESSION_COOKIE_SECURE=settings.tls,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        BABEL_DEFAULT_LOCALE="vi",
        BABEL_TRANSLATION_DIRECTORIES=str(compile_catalogues(settings.var_dir / "translations")),
    )
    app.url_map.converters["pid"] = PublicIdConverter
    extensions.init_database(app, settings.database_url)
    hooks.init_hooks(app)
    init_failures(app)
    shedding.init_shedding(app)
    assets.init_assets(app, settings.var_dir / "static")
    gate.connect(settings.redis_url or embedded_url(settings.var_dir))

    waiting.configure(starts_per_second=settings.starts_per_second, processes=settings.web_workers)

    register_resolver(people.actor_of)
    register_unfinished(attempts_views.running_paper)
    register_loop(Loop("sweep", 5.0, lambda now: sweep.sweep(now=now)))
    register_loop(Loop("remarking", 1.0, lambda now: remarking.pass_over(now=now)))
    register_loop(Loop("jobs", 1.0, lambda now: jobs.pass_over(now=now)))
    register_loop(Loop("old jobs", 86_400.0, lambda now: jobs.forget_old(now=now)))
    register_loop(Loop("old imports", 86_400.0, lambda now: imports.forget_old(now=now)))
    register_loop(Loop("law", 600.0, lambda now: law_changes.follow(actor=SYSTEM, now=now)))
    register_loop(Loop("boards", 0.5, lambda now: boards.pass_over_all(now=now)))

    jobs.register_job(imports.READ, imports.read_job)
    jobs.register_job(imports.WRITE, imports.write_job)
    jobs.register_job(item_analysis.KIND, item_analysis.job)
    jobs.register_job(incidents_service.KIND, incidents_applying.job)
    jobs.register_job(quality.KIND, quality.job)
    jobs.register_job(prize_trial.KIND, prize_trial.job)
    jobs.register_job(key_rehearsals.KIND, key_rehearsals.job)
    jobs.register_job(rehearsal.KIND, rehearsal.job)

    round_verbs.register_when_prepared(progression.apply)
    register_given(voiding.voided)

    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for group in GROUPS:
        for command in group:
            app.cli.add_command(command)
    return app
