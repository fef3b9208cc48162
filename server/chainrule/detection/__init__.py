"""What surrounds a detector: boxes that overlap, which of them are kept, and how good they are as COCO counts it."""
