"""What access rules, locks, pauses and freezes speak of: a path to a job in an environment, or to less of it."""


def target_of(stack: str, job: str = "", environment: str | None = None) -> str:
    """`stack/job/environment`; `stack/job` where there is no environment, and `stack` alone where no job is meant."""
    return "/".join(part for part in (stack, job, environment) if part)
