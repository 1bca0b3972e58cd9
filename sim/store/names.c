#include "powercut/store.h"

const char *pc_status_text(enum pc_status status) {
  switch (status) {
    case PC_STATUS_OK:
      return "OK";
    case PC_STATUS_NOT_FOUND:
      return "NOT_FOUND";
    case PC_STATUS_FULL:
      return "FULL";
    case PC_STATUS_INVALID:
      return "INVALID";
    case PC_STATUS_DATA_LOSS:
      return "DATA_LOSS";
    case PC_STATUS_FLASH_ERROR:
      return "FLASH_ERROR";
    case PC_STATUS_FAILED:
      return "FAILED";
  }
  return "a status that the interface does not have";
}

const char *pc_checksum_name(enum pc_checksum checksum) {
  static const char *const names[PC_CHECKSUM_COUNT] = {
      [PC_CHECKSUM_NONE] = "none",
      [PC_CHECKSUM_CRC16_CCITT] = "crc16_ccitt",
      [PC_CHECKSUM_CRC32C] = "crc32c",
  };
  return names[checksum];
}
