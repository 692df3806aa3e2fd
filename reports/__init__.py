"""The report page: one plugin file per section; `_page.py` assembles them into one offline HTML file."""
