/* layer.h: layers in forward/backward pairs. n inputs, m outputs, b batch;
   a batch is one sample per column. Gradients are named d*: dz = dloss/dz.
   All of them honour exponents (matrix.h), flush denormals while they run,
   and own no memory. */
#ifndef OR_LAYER_H
#define OR_LAYER_H

#include "activation.h"
#include "arena.h"
#include "norm.h"

/* Where a layer's gradients go: dw and db (NULL where there is no bias) are
   overwritten, or with `add` added to. Nothing of them has changed where a
   function returns OR_SCRATCH. */
typedef struct or_gradients {
  or_matrix *dw, *db;
  bool add;
} or_gradients;

/* z (m x b) = W (m x n) x (n x b) + bias (m x 1, or NULL). With rescale false
   no exponent is made: plain arithmetic. */
or_status or_linear_forward(const or_matrix *w, const or_matrix *bias,
                            bool rescale, const or_matrix *x, or_matrix *z,
                            or_arena *arena);
/* dx (n x b) = W' dz, dW = dz x', db = row sums of dz; dx and `into` are NULL
   where they are not wanted. */
or_status or_linear_backward(const or_matrix *w, bool rescale,
                             const or_matrix *x, const or_matrix *dz,
                             const or_gradients *into, or_matrix *dx,
                             or_arena *arena);
/* The gradients alone. */
or_status or_linear_gradients(bool rescale, const or_matrix *x,
                              const or_matrix *dz, const or_gradients *into,
                              or_arena *arena);
/* ||dW||_F alone, with no dW made where that is less work. */
or_status or_linear_measure(bool rescale, const or_matrix *x,
                            const or_matrix *dz, or_norm *norm,
                            or_arena *arena);
/* ||dz x'||_F without the product, where that is less work: its square is
   <dz'dz, x'x>, from matrices of b x b (Goodfellow, arXiv:1510.01799). Within
   some b eps of the product's. False, and nothing done, where the product is to
   be preferred: a large batch, or values that it would have to rescale. */
bool or_linear_gradient_norm(const or_matrix *dz, const or_matrix *x,
                             or_norm *norm);

/* a = phi(z); a may be z where z has exponent 0 or phi is homogeneous. Where z
   carries an exponent that no float holds, a homogeneous phi (relu) is exact on
   the stored values, and the others are what they look like from there: near 0
   phi'(0) z, far out their asymptotes. */
void or_activation_forward(or_activation phi, bool rescale, const or_matrix *z,
                           or_matrix *a);
/* Must the caller apply phi to z himself, since it is a function of his
   (custom) and z's true values are to be had? Otherwise the two below do it. */
bool or_activation_is_callers(or_activation phi, const or_matrix *z);
/* Before an activation that is not homogeneous: z's exponent goes into its
   elements unless that would overflow, or lose digits to underflow. */
void or_activation_fold(or_matrix *z);
/* dz = da .* phi'(z); dz may be da. */
void or_activation_backward(or_activation phi, bool rescale, const or_matrix *z,
                            const or_matrix *da, or_matrix *dz);

/* dz = da .* phi''(z); dz may be da. 0 where only slopes are known of z. */
void or_activation_bend(or_activation phi, const or_matrix *z,
                        const or_matrix *da, or_matrix *dz);

/* Layer normalization (Ba, Kiros, Hinton 2016) of each column: xhat =
   (x - mean) / sqrt(variance + eps), y = gain .* xhat + bias. rstd (1 x b,
   float64) keeps 1/sqrt(variance + eps) of the stored values for the way
   back. */
or_status or_layer_norm_forward(const or_matrix *x, double eps,
                                const or_matrix *gain, const or_matrix *bias,
                                or_matrix *xhat, or_matrix *rstd, or_matrix *y);
/* dx (n x b), and the gradients of gain and bias (n x 1); `into` may be NULL.
 */
or_status or_layer_norm_backward(const or_matrix *xhat, const or_matrix *rstd,
                                 const or_matrix *gain, const or_matrix *dy,
                                 const or_gradients *into, or_matrix *dx,
                                 or_arena *arena);
/* The gradients alone. */
or_status or_layer_norm_gradients(const or_matrix *xhat, const or_matrix *dy,
                                  const or_gradients *into, or_arena *arena);

#endif
