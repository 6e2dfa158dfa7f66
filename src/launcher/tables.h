/* Made by `deno task generate`: tables that the launcher shares with the code. */
#ifndef KATO_TABLES_H
#define KATO_TABLES_H

/* Nothing that a person keeps is in these. */
#define SYSTEM_LOCATIONS \
  "/bin", \
  "/boot", \
  "/dev", \
  "/etc", \
  "/lib", \
  "/lib32", \
  "/lib64", \
  "/proc", \
  "/root", \
  "/run", \
  "/sbin", \
  "/sys", \
  "/usr", \
  "/var"

/* In a folder of this name, every folder beside the home is another person's home. */
#define HOME_FOLDERS \
  "home", \
  "homes"

/* How the name of a recording ends. */
#define DESTINATION_KINDS \
  "md", \
  "jsonl", \
  "html"

/* How the name of a folder for images ends. */
#define IMAGE_FOLDER_END \
  ".assets"

/* How the name of an image in it ends. */
#define IMAGE_KINDS \
  "png", \
  "jpg", \
  "gif", \
  "webp"
#endif
