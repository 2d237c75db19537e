"""What a patient wrote, with what could tell who it was left out."""
