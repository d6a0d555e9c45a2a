#!/bin/sh
# Draws web/static/icons/*.png and favicon.ico from bell.svg and badge.svg. Only needed when a drawing changes: the
# results are committed. Needs Chromium (it draws the shadows as browsers do) and ImageMagick.
set -eu
cd "$(dirname "$0")/../static/icons"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# draw DRAWING SIZE TARGET. The window is larger than the icon because headless Chromium has a smallest window;
# a palette is a third of the bytes, and nobody sees it.
draw() {
    { echo "<style>*{margin:0}svg{display:block;width:$2px;height:$2px}</style>"; cat "$1"; } > "$scratch/icon.html"
    "${CHROMIUM:-chromium}" --headless=new --no-sandbox --disable-gpu --hide-scrollbars \
        --default-background-color=00000000 --window-size=1024,1024 \
        --screenshot="$scratch/icon.png" "file://$scratch/icon.html" 2> /dev/null
    palette="+dither -colors 128"
    if [ "$2" -gt 192 ]; then palette="-dither FloydSteinberg -colors 255"; fi
    # shellcheck disable=SC2086 - several words
    convert "$scratch/icon.png" -crop "$2x$2+0+0" +repage -strip $palette -define png:compression-level=9 "$3"
}

# Without rounded corners, and the plate within the circle that Android may cut out.
sed 's/rx="112"/rx="0"/; s/scale(1)/scale(0.86)/' bell.svg > "$scratch/full.svg"

for size in 192 512; do
    draw bell.svg $size "bell-$size.png"
    draw "$scratch/full.svg" $size "maskable-$size.png"
done
draw "$scratch/full.svg" 180 apple-touch-180.png
draw ../../icons/badge.svg 96 badge-96.png
convert bell-192.png -resize 48x48 -define icon:auto-resize=48,32,16 favicon.ico
