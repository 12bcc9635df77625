trouble-too-many-pixels = 这张照片太大了，换一张小一些的。
trouble-broken-photo = 这张照片读不出来，换一张试试。
trouble-too-many-photos = 照片太多了，少选几张。
