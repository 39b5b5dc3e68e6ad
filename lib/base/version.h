/* The version of the toolkit: part of every done record and of --version. */
#ifndef CURATE_BASE_VERSION_H
#define CURATE_BASE_VERSION_H

#define CURATE_VERSION "0.1.0"

#endif
