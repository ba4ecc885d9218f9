#include "moco_system.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

// A hash needs no settings of the system; reading them takes time, and memory that stays.
static void prepare(void) { OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL); }

// EVP's context is the state itself; the name keeps libcrypto's headers out of Swift.
moco_sha256_state *moco_sha256_begin(void) {
  prepare();
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  if (context != NULL && EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1) {
    EVP_MD_CTX_free(context);
    context = NULL;
  }
  return (moco_sha256_state *)context;
}

void moco_sha256_update(moco_sha256_state *state, const void *bytes, size_t count) {
  if (state != NULL && count > 0) EVP_DigestUpdate((EVP_MD_CTX *)state, bytes, count);
}

void moco_sha256_finish(moco_sha256_state *state, uint8_t *digest) {
  memset(digest, 0, 32);
  if (state == NULL) return;
  EVP_DigestFinal_ex((EVP_MD_CTX *)state, digest, NULL);
  EVP_MD_CTX_free((EVP_MD_CTX *)state);
}

int moco_hmac_sha256(const void *key, size_t key_count, const void *bytes, size_t count, uint8_t *digest) {
  unsigned int length = 32;
  if (key_count > 1 << 20) return -1;
  prepare();
  return HMAC(EVP_sha256(), key, (int)key_count, bytes, count, digest, &length) != NULL && length == 32 ? 0 : -1;
}
