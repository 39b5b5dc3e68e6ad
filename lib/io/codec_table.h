/* Every codec there is, one line each: CODEC(NAME) names the descriptor codec_NAME of
 * codec_NAME.c. Plain claims any file, so it stands last. */
CODEC(zstd)
CODEC(gzip)
CODEC(plain)
