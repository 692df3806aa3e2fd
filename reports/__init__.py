"""The report page: one file a section, each a plugin; `_page.py` puts them together into one offline HTML file."""
