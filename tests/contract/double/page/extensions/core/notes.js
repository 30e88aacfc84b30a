// A script of the page.
