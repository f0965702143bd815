"""`jobs`: what may be started."""

from bot.app import App
from bot.base.text import plural
from bot.cli.as_json import dumps, job_object
from bot.cli.opened import me, opened
from bot.cli.screen import err, out, say, table
from bot.cli.typed import AsJson, Data, Stacks
from bot.control.jobs import JobOffer
from bot.model.form import FormField


def jobs(*, as_json: AsJson = False, data: Data = None, stacks: Stacks = None) -> None:
    """List what may be started, where, and with which answers."""
    with opened(data, stacks) as app:
        offers = app.control.jobs.offers(me())
        _mention_problems(app)
    if as_json:
        print(dumps([job_object(offer) for offer in offers]))  # noqa: T201
    elif not offers:
        say(out(), "There is no job.")
    else:
        table(out(), ["stack", "job", "what it is", "environments", "answers"], [_row(offer) for offer in offers])


def _mention_problems(app: App) -> None:
    if app.catalog.problems:
        count = plural(len(app.catalog.problems), "mistake")
        say(err(), f"{count} in the stacks may hide jobs. To read of them: stackhand check", "yellow")


def _row(offer: JobOffer) -> list[str]:
    return [
        offer.stack.name,
        offer.job.name,
        offer.job.title,
        ", ".join(environment.name for environment in offer.environments) or "-",
        " ".join(_answer(field) for field in offer.job.form) or "-",
    ]


def _answer(field: FormField) -> str:
    asked = field.required and field.default is None
    return field.name if asked else f"[{field.name}]"
