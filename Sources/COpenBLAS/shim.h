#pragma once
#include <cblas.h>

// Debian's OpenBLAS exports Fortran LAPACK without LAPACKE; these are the prototypes evalkit calls.
void dsyevd_(const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w,
             double *work, const int *lwork, int *iwork, const int *liwork, int *info);
void dpstrf_(const char *uplo, const int *n, double *a, const int *lda, int *piv, int *rank,
             const double *tol, double *work, int *info);
void dgeqrf_(const int *m, const int *n, double *a, const int *lda, double *tau, double *work,
             const int *lwork, int *info);
void dgelqf_(const int *m, const int *n, double *a, const int *lda, double *tau, double *work,
             const int *lwork, int *info);
void dlarft_(const char *direct, const char *storev, const int *n, const int *k, const double *v,
             const int *ldv, const double *tau, double *t, const int *ldt);
void dlarfb_(const char *side, const char *trans, const char *direct, const char *storev,
             const int *m, const int *n, const int *k, const double *v, const int *ldv,
             const double *t, const int *ldt, double *c, const int *ldc, double *work,
             const int *ldwork);
void dgbbrd_(const char *vect, const int *m, const int *n, const int *ncc, const int *kl,
             const int *ku, double *ab, const int *ldab, double *d, double *e, double *q,
             const int *ldq, double *pt, const int *ldpt, double *c, const int *ldc, double *work,
             int *info);
void dlasq1_(const int *n, double *d, double *e, double *work, int *info);
