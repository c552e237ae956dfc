/* fault_calls.h - the calls that a test lets fail: a row each, sorted by library.
 *
 * CALL(result, name, (parameters), (arguments), failure) is what the caller sees when it
 * fails; `failure` is an expression of that result, which may set errno first.  CMake
 * reads the names out of this file for the linker's --wrap, and the tests those of all
 * other calls that the program makes: each stands here or in cannot_fail.txt.
 * Included several times, with another meaning of CALL each time.
 */

/* libc: memory */
CALL(void *, malloc, (size_t n), (n), FAILS_WITH(ENOMEM, NULL))
CALL(void *, calloc, (size_t count, size_t n), (count, n), FAILS_WITH(ENOMEM, NULL))
CALL(void *, realloc, (void *p, size_t n), (p, n), FAILS_WITH(ENOMEM, NULL))

/* libc: threads, descriptors, files */
CALL(int, pthread_attr_init, (pthread_attr_t * attributes), (attributes), ENOMEM)
CALL(int, pthread_create,
     (pthread_t * thread, const pthread_attr_t *attributes, void *(*run)(void *),
      void *context),
     (thread, attributes, run, context), EAGAIN)
CALL(int, epoll_create1, (int flags), (flags), FAILS_WITH(EMFILE, -1))
CALL(int, epoll_ctl, (int epoll, int what, int fd, struct epoll_event *event),
     (epoll, what, fd, event), FAILS_WITH(ENOSPC, -1))
CALL(int, epoll_wait, (int epoll, struct epoll_event *events, int max, int ms),
     (epoll, events, max, ms), FAILS_WITH(EINTR, -1))
CALL(int, eventfd, (unsigned value, int flags), (value, flags), FAILS_WITH(EMFILE, -1))
CALL(int, poll, (struct pollfd * lines, nfds_t count, int ms), (lines, count, ms),
     FAILS_WITH(EINTR, -1))
CALL(int, socket, (int domain, int type, int protocol), (domain, type, protocol),
     FAILS_WITH(EMFILE, -1))
CALL(int, bind, (int fd, const struct sockaddr *address, socklen_t bytes),
     (fd, address, bytes), FAILS_WITH(EADDRINUSE, -1))
CALL(int, listen, (int fd, int backlog), (fd, backlog), FAILS_WITH(EADDRINUSE, -1))
CALL(int, accept, (int fd, struct sockaddr *address, socklen_t *bytes),
     (fd, address, bytes), FAILS_WITH(EMFILE, -1))
CALL(int, setsockopt, (int fd, int level, int name, const void *value, socklen_t bytes),
     (fd, level, name, value, bytes), FAILS_WITH(ENOMEM, -1))
CALL(int, getsockname, (int fd, struct sockaddr *address, socklen_t *bytes),
     (fd, address, bytes), FAILS_WITH(ENOBUFS, -1))
CALL(int, getaddrinfo,
     (const char *host, const char *service, const struct addrinfo *hints,
      struct addrinfo **found),
     (host, service, hints, found), EAI_MEMORY)
CALL(int, getnameinfo,
     (const struct sockaddr *address, socklen_t bytes, char *host, socklen_t host_bytes,
      char *service, socklen_t service_bytes, int flags),
     (address, bytes, host, host_bytes, service, service_bytes, flags), EAI_MEMORY)
CALL(FILE *, fopen, (const char *path, const char *mode), (path, mode),
     FAILS_WITH(EMFILE, NULL))
CALL(int, ferror, (FILE * stream), (stream), FAILS_WITH(EIO, 1))
CALL(DIR *, opendir, (const char *path), (path), FAILS_WITH(EMFILE, NULL))
CALL(DIR *, fdopendir, (int fd), (fd), FAILS_WITH(ENOMEM, NULL))
CALL(int, mkdir, (const char *path, mode_t mode), (path, mode), FAILS_WITH(ENOSPC, -1))
CALL(int, renameat, (int folder, const char *path, int new_folder, const char *new_path),
     (folder, path, new_folder, new_path), FAILS_WITH(ENOSPC, -1))
CALL(int, fsync, (int fd), (fd), FAILS_WITH(EIO, -1))
CALL(size_t, fwrite, (const void *bytes, size_t n, size_t count, FILE *stream),
     (bytes, n, count, stream), FAILS_WITH(ENOSPC, 0))
CALL(int, fflush, (FILE * stream), (stream), FAILS_WITH(ENOSPC, EOF))
CALL(ssize_t, read, (int fd, void *bytes, size_t n), (fd, bytes, n), FAILS_WITH(EIO, -1))
CALL(ssize_t, write, (int fd, const void *bytes, size_t n), (fd, bytes, n),
     FAILS_WITH(ENOSPC, -1))
CALL(ssize_t, getrandom, (void *bytes, size_t n, unsigned flags), (bytes, n, flags),
     FAILS_WITH(EAGAIN, -1))
CALL(int, getrlimit, (__rlimit_resource_t what, struct rlimit *limit), (what, limit),
     FAILS_WITH(EPERM, -1))

/* libcurl */
CALL(CURLcode, curl_global_init, (long flags), (flags), CURLE_FAILED_INIT)
CALL(CURL *, curl_easy_init, (void), (), NULL)
CALL(CURLM *, curl_multi_init, (void), (), NULL)
CALL(CURLMcode, curl_multi_add_handle, (CURLM * multi, CURL *easy), (multi, easy),
     CURLM_OUT_OF_MEMORY)
CALL(CURLMcode, curl_multi_perform, (CURLM * multi, int *running), (multi, running),
     CURLM_OUT_OF_MEMORY)
CALL(CURLMcode, curl_multi_poll,
     (CURLM * multi, struct curl_waitfd *more, unsigned count, int ms, int *ready),
     (multi, more, count, ms, ready), CURLM_OUT_OF_MEMORY)
CALL(CURLMsg *, curl_multi_info_read, (CURLM * multi, int *left), (multi, left), NULL)
CALL(CURLMcode, curl_multi_wakeup, (CURLM * multi), (multi), CURLM_WAKEUP_FAILURE)

/* jansson */
CALL(json_t *, json_loadb,
     (const char *text, size_t n, size_t flags, json_error_t *error),
     (text, n, flags, error), NULL)
CALL(json_t *, json_object, (void), (), NULL)
CALL(json_t *, json_array, (void), (), NULL)
CALL(json_t *, json_real, (double number), (number), NULL)
CALL(json_t *, json_string, (const char *text), (text), NULL)
CALL(json_t *, json_stringn, (const char *text, size_t n), (text, n), NULL)
CALL(int, json_object_set_new, (json_t * object, const char *key, json_t *value),
     (object, key, value), (json_decref(value), -1))
CALL(int, json_array_append_new, (json_t * array, json_t *value), (array, value),
     (json_decref(value), -1))

/* libmicrohttpd */
CALL(enum MHD_Result, MHD_add_connection,
     (struct MHD_Daemon * daemon, int fd, const struct sockaddr *address,
      socklen_t bytes),
     (daemon, fd, address, bytes), (close(fd), FAILS_WITH(ENOMEM, MHD_NO)))
CALL(struct MHD_Response *, MHD_create_response_from_iovec,
     (const struct MHD_IoVec *parts, unsigned count,
      MHD_ContentReaderFreeCallback release, void *context),
     (parts, count, release, context), NULL)
CALL(enum MHD_Result, MHD_add_response_header,
     (struct MHD_Response * response, const char *name, const char *value),
     (response, name, value), MHD_NO)
CALL(enum MHD_Result, MHD_queue_response,
     (struct MHD_Connection * connection, unsigned status, struct MHD_Response *response),
     (connection, status, response), MHD_NO)

/* libmosquitto */
CALL(int, mosquitto_lib_init, (void), (), MOSQ_ERR_UNKNOWN)
CALL(struct mosquitto *, mosquitto_new, (const char *id, bool is_clean, void *context),
     (id, is_clean, context), FAILS_WITH(ENOMEM, NULL))
CALL(int, mosquitto_int_option,
     (struct mosquitto * client, enum mosq_opt_t option, int value),
     (client, option, value), MOSQ_ERR_NOMEM)
CALL(int, mosquitto_username_pw_set,
     (struct mosquitto * client, const char *name, const char *password),
     (client, name, password), MOSQ_ERR_NOMEM)
CALL(int, mosquitto_tls_set,
     (struct mosquitto * client, const char *file, const char *folder,
      const char *certificate, const char *key,
      int (*ask)(char *text, int size, int rwflag, void *context)),
     (client, file, folder, certificate, key, ask), MOSQ_ERR_NOMEM)
CALL(int, mosquitto_tls_opts_set,
     (struct mosquitto * client, int verify, const char *version, const char *ciphers),
     (client, verify, version, ciphers), MOSQ_ERR_NOMEM)
CALL(int, mosquitto_tls_insecure_set, (struct mosquitto * client, bool value),
     (client, value), MOSQ_ERR_INVAL)
CALL(int, mosquitto_connect_bind_async,
     (struct mosquitto * client, const char *host, int port, int keepalive,
      const char *address),
     (client, host, port, keepalive, address), MOSQ_ERR_NOMEM)
CALL(int, mosquitto_subscribe,
     (struct mosquitto * client, int *id, const char *topic, int qos),
     (client, id, topic, qos), MOSQ_ERR_NOMEM)
CALL(int, mosquitto_unsubscribe, (struct mosquitto * client, int *id, const char *topic),
     (client, id, topic), MOSQ_ERR_NOMEM)
CALL(int, mosquitto_publish,
     (struct mosquitto * client, int *id, const char *topic, int n, const void *payload,
      int qos, bool is_retained),
     (client, id, topic, n, payload, qos, is_retained), MOSQ_ERR_NOMEM)
CALL(int, mosquitto_loop_read, (struct mosquitto * client, int max), (client, max),
     MOSQ_ERR_NOMEM)
CALL(int, mosquitto_loop_write, (struct mosquitto * client, int max), (client, max),
     MOSQ_ERR_NOMEM)
CALL(int, mosquitto_loop_misc, (struct mosquitto * client), (client), MOSQ_ERR_NOMEM)

/* zlib, libsystemd */
CALL(int, deflateInit2_,
     (z_streamp stream, int level, int method, int window, int memory, int strategy,
      const char *version, int size),
     (stream, level, method, window, memory, strategy, version, size), Z_MEM_ERROR)
CALL(int, deflate, (z_streamp stream, int flush), (stream, flush), Z_STREAM_ERROR)
CALL(int, sd_notify, (int unset, const char *state), (unset, state), -ENOMEM)

/* GnuTLS, libyaml, libcrypt */
CALL(int, gnutls_certificate_allocate_credentials,
     (gnutls_certificate_credentials_t * credentials), (credentials),
     GNUTLS_E_MEMORY_ERROR)
CALL(int, gnutls_certificate_set_x509_key_mem,
     (gnutls_certificate_credentials_t credentials, const gnutls_datum_t *certificate,
      const gnutls_datum_t *key, gnutls_x509_crt_fmt_t format),
     (credentials, certificate, key, format), GNUTLS_E_MEMORY_ERROR)
CALL(int, gnutls_certificate_set_x509_system_trust,
     (gnutls_certificate_credentials_t credentials), (credentials), GNUTLS_E_MEMORY_ERROR)
CALL(int, gnutls_certificate_set_x509_trust_mem,
     (gnutls_certificate_credentials_t credentials, const gnutls_datum_t *authorities,
      gnutls_x509_crt_fmt_t format),
     (credentials, authorities, format), GNUTLS_E_MEMORY_ERROR)
CALL(const gnutls_datum_t *, gnutls_certificate_get_peers,
     (gnutls_session_t session, unsigned *count), (session, count), (*count = 0, NULL))
CALL(int, gnutls_certificate_verify_peers,
     (gnutls_session_t session, gnutls_typed_vdata_st *wanted, unsigned count,
      unsigned *status),
     (session, wanted, count, status), GNUTLS_E_MEMORY_ERROR)
CALL(int, gnutls_credentials_set,
     (gnutls_session_t session, gnutls_credentials_type_t type, void *credentials),
     (session, type, credentials), GNUTLS_E_MEMORY_ERROR)
CALL(int, gnutls_priority_init,
     (gnutls_priority_t * priority, const char *text, const char **position),
     (priority, text, position), GNUTLS_E_MEMORY_ERROR)
CALL(int, gnutls_priority_set, (gnutls_session_t session, gnutls_priority_t priority),
     (session, priority), GNUTLS_E_MEMORY_ERROR)
CALL(int, gnutls_rnd, (gnutls_rnd_level_t level, void *bytes, size_t n),
     (level, bytes, n), GNUTLS_E_RANDOM_FAILED)
CALL(int, gnutls_hmac_init,
     (gnutls_hmac_hd_t * hmac, gnutls_mac_algorithm_t algorithm, const void *key,
      size_t n),
     (hmac, algorithm, key, n), GNUTLS_E_MEMORY_ERROR)
CALL(int, gnutls_hmac, (gnutls_hmac_hd_t hmac, const void *bytes, size_t n),
     (hmac, bytes, n), GNUTLS_E_MEMORY_ERROR)
CALL(int, gnutls_x509_crt_init, (gnutls_x509_crt_t * certificate), (certificate),
     GNUTLS_E_MEMORY_ERROR)
CALL(int, gnutls_x509_crt_import,
     (gnutls_x509_crt_t certificate, const gnutls_datum_t *bytes,
      gnutls_x509_crt_fmt_t format),
     (certificate, bytes, format), GNUTLS_E_MEMORY_ERROR)
CALL(int, gnutls_x509_crt_list_import2,
     (gnutls_x509_crt_t * *certificates, unsigned *count, const gnutls_datum_t *bytes,
      gnutls_x509_crt_fmt_t format, unsigned flags),
     (certificates, count, bytes, format, flags), GNUTLS_E_MEMORY_ERROR)
CALL(int, gnutls_x509_crt_get_subject_alt_name,
     (gnutls_x509_crt_t certificate, unsigned number, void *name, size_t *bytes,
      unsigned *critical),
     (certificate, number, name, bytes, critical), GNUTLS_E_MEMORY_ERROR)
CALL(int, yaml_parser_initialize, (yaml_parser_t * parser), (parser), 0)
CALL(int, yaml_parser_load, (yaml_parser_t * parser, yaml_document_t *document),
     (parser, document), (memset(document, 0, sizeof *document), 0))
CALL(char *, crypt_r, (const char *phrase, const char *setting, struct crypt_data *work),
     (phrase, setting, work), FAILS_WITH(ENOMEM, NULL))
CALL(int, stat, (const char *path, struct stat *status), (path, status),
     FAILS_WITH(EACCES, -1))
