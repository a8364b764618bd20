"""What is known of a document once it was read: the facts that rules across files compare, its links and its parts."""
