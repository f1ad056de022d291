"""Two pairs of eyes: submit, comment, approve or return; who has seen keys."""
