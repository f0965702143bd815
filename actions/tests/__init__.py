"""Tests of what runs: any program that writes JUnit XML or TAP."""
