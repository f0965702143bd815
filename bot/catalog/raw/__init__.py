"""The shape of the files, as people write them: pydantic models, one file per part of a stack."""
