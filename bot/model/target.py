"""A job in an environment, or less of it: as a path, of which rules, locks, pauses and freezes speak, and in words."""


def target_of(stack: str, job: str = "", environment: str | None = None) -> str:
    """`stack/job/environment`; `stack/job` where there is no environment, and `stack` alone where no job is meant."""
    return "/".join(part for part in (stack, job, environment) if part)


def place(title: str, environment: str | None) -> str:
    """The same for people, with the title of a job or stack: `Maintenance on, production`."""
    return f"{title}, {environment}" if environment else title
