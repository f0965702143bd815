"""Applies and destroys what a Terraform or OpenTofu configuration describes."""
