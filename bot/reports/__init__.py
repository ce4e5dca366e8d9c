"""Reports as neutral tables: figures put in order, before any page or file gives them a form."""
