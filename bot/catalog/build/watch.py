"""Makes resources, webhooks and triggers of a file in which no mistake was found."""

from collections.abc import Sequence

from bot.base.text import parse_duration
from bot.catalog.raw.watch import TRIGGERS, RawAnnounce, RawCheck, RawFilter, RawResource, RawTrigger, RawWebhook
from bot.model.announce import Announce
from bot.model.watch import Artefact, CheckUse, Resource, Trigger, TriggerKind, VersionFilter, Webhook


def resource(name: str, raw: RawResource, channel: str | None) -> Resource:
    """The resource called *name*, of a stack with this *channel*."""
    artefact = raw.artefact
    return Resource(
        name=name,
        use=_use(raw),
        every_s=_seconds(raw.every),
        when=in_braces(raw.when),
        filter=_filter(raw.filter or RawFilter()),
        deployed=_use(raw.deployed) if raw.deployed else None,
        artefact=Artefact(use=_use(artefact), number=artefact.number) if artefact else None,
        announce=_announce(raw.announce, channel) if raw.announce else None,
    )


def webhook(name: str, raw: RawWebhook) -> Webhook:
    """The webhook called *name*."""
    return Webhook(
        name=name,
        sign=raw.sign,
        secret=raw.secret,
        when=in_braces(raw.when),
        fields=raw.fields,
        look=tuple(raw.look),
    )


def triggers(raw: Sequence[RawTrigger]) -> tuple[Trigger, ...]:
    """The triggers of a job."""
    return tuple(_trigger(position, one) for position, one in enumerate(raw, start=1))


def in_braces(condition: str | None) -> str | None:
    """`env.name == 'eu'` -> `{{ env.name == 'eu' }}`; a condition that has its braces keeps them."""
    if condition is None:
        return None
    text = condition.strip()
    return text if text.startswith("{{") else f"{{{{ {text} }}}}"


def _trigger(position: int, raw: RawTrigger) -> Trigger:
    kind = next(kind for kind in TRIGGERS if getattr(raw, kind) is not None)
    return Trigger(
        position=position,
        kind=TriggerKind(kind),
        of="" if raw.alert is not None else str(getattr(raw, kind)),
        labels=raw.alert or {},
        status=raw.status or "succeeded",
        when=in_braces(raw.when),
        environment=raw.environment,
        form=raw.form,
        debounce_s=_seconds(raw.debounce),
        skip_if_same=raw.skip_if_same,
        max_one_waiting=raw.max_one_waiting,
        zone=raw.zone or "UTC",
        late_s=_seconds(raw.late),
        holidays=(raw.holidays,) if isinstance(raw.holidays, str) else tuple(raw.holidays),
    )


def _announce(raw: RawAnnounce, channel: str | None) -> Announce:
    return Announce(
        channel=raw.channel or channel or "",
        template=raw.template or "",
        start=raw.start or "",
        form=raw.form,
        digest=raw.digest,
    )


def _use(raw: RawCheck) -> CheckUse:
    return CheckUse(check=raw.check, with_=raw.with_)


def _filter(raw: RawFilter) -> VersionFilter:
    return VersionFilter(
        range=raw.range,
        prereleases=raw.prereleases,
        include=raw.include,
        ignore=raw.ignore,
        min_age_s=_seconds(raw.min_age) if raw.min_age else None,
        newer=raw.newer,
    )


def _seconds(duration: str | None) -> float:
    return parse_duration(duration).total_seconds() if duration else 0.0
