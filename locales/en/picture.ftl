trouble-too-many-pixels = This photo is too large; choose a smaller one.
trouble-broken-photo = This photo cannot be read; try another one.
trouble-too-many-photos = Too many photos; choose fewer.
