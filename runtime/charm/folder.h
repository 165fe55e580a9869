/* A charm's folder: what belongs to it, copying it, and the files that packing adds. Left out
 * wherever they stand: .git, .luacharm, packed charms (*.charm), and what is neither file, folder
 * nor symbolic link. */
#ifndef LC_CHARM_FOLDER_H
#define LC_CHARM_FOLDER_H

#include "base/strlist.h"
#include "charm/meta.h"

#define LC_CHARM_MAX_FILE_BYTES (512u * 1024 * 1024)

/* Relative paths of files and links, sorted by folder. except: a folder that is left out, such as
 * the model that the charm is copied into; NULL for none. */
bool lc_charm_folder_list(const char *folder, const char *except, struct lc_strlist *out,
                          struct lc_err *err) LC_MUST_CHECK;

/* Copy the listed paths, files of at most LC_CHARM_MAX_FILE_BYTES; what is there is replaced. No
 * file is read that lies outside of the folder, also when it is replaced meanwhile. Files are
 * readable and writable for the owner, executable where they were; links are copied as links. */
bool lc_charm_folder_copy(const char *from, const struct lc_strlist *paths, const char *to,
                          struct lc_err *err) LC_MUST_CHECK;

/* Write metadata.yaml, config.yaml and actions.yaml from charmcraft.yaml, as packing does, into a
 * folder whose metadata was read from it; nothing when metadata.yaml is there. */
bool lc_charm_folder_complete(const char *folder, const struct lc_charm_meta *meta,
                              struct lc_err *err) LC_MUST_CHECK;

/* Whether something in it can answer an event: dispatch, src/charm.lua, or a file in hooks/. */
bool lc_charm_folder_has_program(const char *folder, bool *out, struct lc_err *err) LC_MUST_CHECK;

/* Whether our own program is to be the charm's dispatch: it has none and no executable hook, but
 * src/charm.lua or hooks/NAME.lua. */
bool lc_charm_folder_wants_dispatch(const char *folder, bool *out, struct lc_err *err)
    LC_MUST_CHECK;

#endif
