"""What happens by itself: versions that were found, what follows from them, and announcements by the clock."""
