"""Who may say yes to what waits for it."""

from bot.base.errors import NotAllowed
from bot.base.text import join_words
from bot.control.access import Access, is_meant
from bot.model.approval import Approval, Vote
from bot.model.person import Person
from bot.model.plan import Approve
from bot.model.run import Run
from bot.store.store import Transaction


class Approvers:
    """Reads the `by` of an approval together with access.yml, whose denials win.

    Whom `by` names, the stack's author lets approve. Without `by` it takes the verb "approve" of access.yml.
    """

    def __init__(self, access: Access) -> None:
        self._access = access

    def may(self, person: Person, step: Approve, run: Run) -> bool:
        """May *person* say yes or no?"""
        return self._is_no_own_run(person, step, run) and self._is_asked(person, step, run)

    def demand(self, person: Person, step: Approve, run: Run, *, origin: str) -> None:
        """Go on only if *person* may. Raises NotAllowed with who may, and leaves an audit record of it."""
        if self.may(person, step, run):
            return
        if self._is_asked(person, step, run):
            self._access.record_denial(person, "approve", run.target, origin=origin)
            if person.id == run.started_by_id:
                hint = f"{self.who(step, run)} may. You can cancel the run."
                raise NotAllowed("You started this run, so somebody else has to approve it.", hint=hint)
            why = f"You are behind this run ({run.cause}), so somebody else has to approve it."
            raise NotAllowed(why, hint=f"{self.who(step, run)} may.")
        self._access.record_denial(person, "approve", run.target, origin=origin)
        raise NotAllowed(f"You may not approve {run.name}.", hint=f"{self.who(step, run)} may.")

    def who(self, step: Approve, run: Run) -> str:
        """In words: "@platform or bob@example.org"."""
        if step.by:
            return join_words(["Everyone" if who == "everyone" else who for who in step.by], last="or")
        return self._access.who_may("approve", run.target).removesuffix(" may.")

    def standing(self, tx: Transaction, approval: Approval, step: Approve, run: Run) -> list[Vote]:
        """The yes of those who may still say it, by what is known of them now."""
        return [vote for vote in approval.yes if self.may(tx.people.get(vote.person.id) or vote.person, step, run)]

    def _is_asked(self, person: Person, step: Approve, run: Run) -> bool:
        if person.is_automatic:
            return False
        if person.is_terminal:
            return True
        if not step.by:
            return self._access.may(person, "approve", run.target)
        is_named = any(is_meant(person, who) for who in step.by)
        return is_named and not self._access.forbids(person, "approve", run.target)

    def _is_no_own_run(self, person: Person, step: Approve, run: Run) -> bool:
        return step.by_starter or (person.id != run.started_by_id and person.id not in run.behind)
