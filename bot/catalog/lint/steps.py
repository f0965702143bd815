"""Checks the steps of a job: what they are, what they use, and whose outputs they name."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.base.text import did_you_mean, join_words, nearest
from bot.catalog.calls import Call, called_in
from bot.catalog.lint.approve import approve_faults, approve_outputs, gate_faults
from bot.catalog.lint.fields import (
    Payloads,
    action_faults,
    code_faults,
    field_faults,
    find_action,
    lossy_faults,
    output_names,
)
from bot.catalog.marks import Entries, Items, Scalar, Value
from bot.catalog.names import (
    FAILURE,
    GATE_NAME,
    ITEM,
    LAST_FAILURE,
    RESERVED,
    Names,
    Scope,
    condition_faults,
    name_faults,
)
from bot.catalog.problems import Fault, Mark
from bot.catalog.raw.stack import KINDS, RawStep, keys_of
from bot.model.run import HOOKS

#: The engine gives these to actions; around other steps they would do nothing.
_ONLY_WITH = {
    "with": ("uses", "run"),
    "environment": ("run",),
    "retry": ("uses",),
    "timeout": ("uses",),
    "limit": ("in_parallel", "each"),
    "fail_fast": ("in_parallel", "each"),
}


@dataclass
class StepLint:
    """Walks the steps of one job as a run would, and collects what is wrong."""

    payloads: Payloads
    faults: list[Fault] = field(default_factory=list)
    #: The jobs that its steps run.
    calls: list[Call] = field(default_factory=list)
    #: Where each name was given.
    _named: dict[str, Mark] = field(default_factory=dict)
    _ids: list[str] = field(default_factory=list)
    #: The step with `each` that is being looked into, if there is one.
    _of_each: list[str] = field(default_factory=list)
    _undos: list[Scalar] = field(default_factory=list)
    #: What every named step of the job puts out.
    _outputs: dict[str, Names | None] = field(default_factory=dict)

    def job(self, job: Entries, scope: Scope) -> Scope:
        """Check all steps of *job*; returns what may be named once they are done."""
        gate = job.entries.get("approve")
        self.faults += gate_faults(gate)
        if gate is not None:
            scope = scope.plus({GATE_NAME: {"outputs": approve_outputs(gate)}})
            self._named[GATE_NAME] = job.keys["approve"]
        for name in _names_given(job.entries.get("steps")):
            scope = Scope(scope.known, {**scope.reasons, (name,): f'Step "{name}" is not done before this one.'})
        after = self._sequence(job.entries.get("steps"), "", scope)
        # Any of the steps may have failed, so hooks may ask for the outputs of all of them.
        hooks = after.plus(self._outputs)
        self._hooks(job, "", hooks)
        for undo in self._undos:
            known = ["run", *self._named, *self._ids]
            if undo.value not in known:
                hint = did_you_mean(str(undo.value), ["run", *self._named])
                self.faults.append((undo.mark, f'There is no step "{undo.value}" to undo. {hint}'))
        return after

    def _hooks(self, owner: Entries, prefix: str, scope: Scope) -> None:
        for hook in HOOKS:
            self._sequence(owner.entries.get(hook), f"{prefix}{hook}.", scope.plus(FAILURE))

    def _sequence(self, steps: Value | None, prefix: str, scope: Scope) -> Scope:
        for index, step in enumerate(_items(steps), start=1):
            scope = scope.plus(self._step(step, f"{prefix}{index}", scope))
        return scope

    def _parallel(self, steps: Value | None, prefix: str, scope: Scope) -> Scope:
        found = [self._step(step, f"{prefix}{index}", scope) for index, step in enumerate(_items(steps), start=1)]
        for outputs in found:
            scope = scope.plus(outputs)
        return scope

    def _step(self, step: Value, id: str, scope: Scope) -> Names:
        """Check one step; returns the outputs that it adds to the scope."""
        if not isinstance(step, Entries):
            return {}
        self._ids.append(id)
        self.faults += _kind_faults(step, id)
        self.faults += name_faults(step.entries.get("each"), scope)
        if "each" in step.entries:
            if self._of_each:
                self.faults.append((step.keys["each"], 'There is an "each" around this "each": one of them has to go.'))
            self._of_each.append(id)
            scope = scope.plus(ITEM)
        added = self._inside(step, id, scope)
        if self._of_each[-1:] == [id]:
            self._of_each.pop()
            added = self._name(step, {"outputs": {"all": None}})
        return added

    def _inside(self, step: Entries, id: str, scope: Scope) -> Names:
        self.faults += condition_faults(step.entries.get("when"), scope)
        self.faults += name_faults(step.entries.get("wait"), scope)
        undo = step.entries.get("undo")
        if isinstance(undo, Scalar) and isinstance(undo.value, str):
            self._undos.append(undo)
        inside = self._sequence(step.entries.get("do"), f"{id}.", scope)
        inside = self._parallel(step.entries.get("in_parallel"), f"{id}.", inside)
        added = {name: inside.known[name] for name in inside.known if name not in scope.known}
        added |= self._uses(step, scope)
        self.faults += approve_faults(step.entries.get("approve"))
        if self._of_each and "approve" in step.entries:
            self.faults.append((step.keys["approve"], 'Ask once, in a step before the "each", not for every item.'))
        hooks = scope.plus(added)
        self._hooks(step, f"{id}.", hooks)
        return added

    def _uses(self, step: Entries, scope: Scope) -> Names:
        uses, written = step.entries.get("uses"), step.entries.get("with")
        outputs = None
        if uses is not None:
            self.faults += action_faults(uses)
            if action := find_action(uses):
                outputs = output_names(action)
                fields = written if isinstance(written, Entries) else Entries(uses.mark, {}, {})
                self.faults += field_faults(action, fields)
                self.faults += code_faults(action, fields)
                self.faults += self.payloads.faults(action, fields)
        if {"uses", "run"} & step.entries.keys():
            self.faults += name_faults(written, scope)
            self.faults += lossy_faults(written)
        self.faults += name_faults(step.entries.get("environment"), scope)
        self.calls += called_in(step)
        retry = step.entries.get("retry")
        if isinstance(retry, Entries):
            self.faults += condition_faults(retry.entries.get("when"), scope.plus(LAST_FAILURE))
        return {} if "each" in step.entries else self._name(step, outputs)

    def _name(self, step: Entries, outputs: Names | None) -> Names:
        """Take down the step's name. Its outputs are None where they are not known: all may be named then."""
        name = step.entries.get("name")
        if not isinstance(name, Scalar) or not isinstance(name.value, str):
            return {}
        if name.value in RESERVED:
            self.faults.append((name.mark, f'A step cannot be called "{name.value}": expressions use that word.'))
            return {}
        if name.value in self._named:
            line = self._named[name.value].line
            self.faults.append((name.mark, f'The step in line {line} is called "{name.value}", too.'))
        self._named.setdefault(name.value, name.mark)
        if "approve" in step.entries:
            outputs = {"outputs": approve_outputs(step.entries["approve"])}
        elif not {"uses", "run", "each"} & step.entries.keys():
            return {}
        self._outputs[name.value] = outputs
        return {name.value: outputs}


def _kind_faults(step: Entries, id: str) -> Iterator[Fault]:
    kinds = [kind for kind in KINDS if kind in step.entries]
    # A misspelt one was told as such already.
    if not kinds and not any(nearest(key, KINDS) for key in step.entries if key not in keys_of(RawStep)):
        yield step.mark, f"step {id} does nothing: it needs one of {join_words(KINDS, last='or')}."
    for kind in kinds[1:]:
        yield step.keys[kind], f'step {id} has "{kinds[0]}" and "{kind}". Make two steps of it.'
    for key, beside in _ONLY_WITH.items():
        if kinds and key in step.entries and not step.entries.keys() & set(beside):
            quoted = join_words([f'"{other}"' for other in beside], last="or")
            yield step.keys[key], f'"{key}" works only beside {quoted}.'


def _names_given(steps: Value | None) -> Iterator[str]:
    for step in _items(steps):
        if isinstance(step, Entries):
            name = step.entries.get("name")
            if isinstance(name, Scalar) and isinstance(name.value, str) and name.value not in RESERVED:
                yield name.value
            for inside in ("do", "in_parallel"):
                yield from _names_given(step.entries.get(inside))


def _items(value: Value | None) -> tuple[Value, ...]:
    return value.items if isinstance(value, Items) else ()
