/*
 * Whether the files of the installation are those that were built: SHA256SUMS in lib/kato has a line for each file. The list
 * lies beside the files. So it shows damage and mistakes, but not an attacker who can write there.
 */
#include "kato.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The sum of a file. False, with errno, when the file cannot be read. */
static bool sum_file(const char *path, char digits[65]) {
  static uint8_t bytes[256 * KIB];
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  struct sha256 sum;
  sha256_begin(&sum);
  ssize_t count;
  while ((count = read(fd, bytes, sizeof bytes)) > 0 || (count < 0 && errno == EINTR)) {
    if (count > 0) sha256_add(&sum, bytes, (size_t)count);
  }
  int error = errno;
  close(fd);
  errno = error;
  sha256_end(&sum, digits);
  return count == 0;
}

/* Reads `DIGITS  NAME`, as sha256sum prints it. The name is a file of this folder. */
static bool is_line(const char *line) {
  return strspn(line, "0123456789abcdef") == 64 && line[64] == ' ' && line[65] == ' ' && line[66] != '\0' &&
         line[66] != '.' && strchr(line + 66, '/') == NULL;
}

/* NULL, or a sentence for a person that says what is wrong. */
char *why_not_installed(const char *program) {
  char *path = text_of("%s/SHA256SUMS", program);
  FILE *sums = fopen(path, "re");
  if (sums == NULL) return text_of("%s cannot be read: %s", path, strerror(errno));
  char *line = NULL, *why = NULL, digits[65];
  size_t room = 0, count = 0;
  while (why == NULL && getline(&line, &room, sums) >= 0) {
    line[strcspn(line, "\n")] = '\0';
    count++;
    if (!is_line(line)) {
      why = text_of("%s is damaged", path);
      break;
    }
    char *file = text_of("%s/%s", program, line + 66);
    if (!sum_file(file, digits)) {
      why = text_of("%s cannot be read: %s", file, strerror(errno));
    } else if (strncmp(digits, line, 64) != 0) {
      why = text_of("%s is not the file that was built", file);
    }
    free(file);
  }
  if (why == NULL && count == 0) why = text_of("%s is empty", path);
  fclose(sums);
  free(line);
  free(path);
  return why;
}
