"""What is known of the world before any story arrives: places and agencies. Read-only, pure."""
