/* layer.h: layers in forward/backward pairs. n inputs, m outputs, b batch;
   a batch is one sample per column. Gradients are named d*: dz = dloss/dz.
   All of them honour exponents (matrix.h), flush denormals while they run,
   and own no memory. */
#ifndef OR_LAYER_H
#define OR_LAYER_H

#include "activation.h"
#include "matrix.h"
#include "norm.h"

/* The linear layer z (m x b) = W (m x n) x (n x b) + bias (m x 1), with dx =
   W' dz and dW = dz x', is made of or_matrix_product and these two. With
   rescale false no exponent is made: plain arithmetic. */
or_status or_linear_bias(const or_matrix *bias, bool rescale, or_matrix *z);
/* db (m x 1) = row sums of dz */
void or_linear_bias_gradient(const or_matrix *dz, or_matrix *db);
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
/* Before an activation that is not homogeneous: z's exponent goes into its
   elements unless that would overflow, or lose digits to underflow. */
void or_activation_fold(or_matrix *z);
/* dz = da .* phi'(z); dz may be da. */
void or_activation_backward(or_activation phi, bool rescale, const or_matrix *z,
                            const or_matrix *da, or_matrix *dz);

/* Layer normalization (Ba, Kiros, Hinton 2016) of each column: xhat =
   (x - mean) / sqrt(variance + eps), y = gain .* xhat + bias. rstd (1 x b,
   float64) keeps 1/sqrt(variance + eps) of the stored values for the way
   back. */
or_status or_layer_norm_forward(const or_matrix *x, double eps,
                                const or_matrix *gain, const or_matrix *bias,
                                or_matrix *xhat, or_matrix *rstd, or_matrix *y);
/* dx from dy; dgain and dbias (n x 1) are overwritten. work is n x b. */
or_status or_layer_norm_backward(const or_matrix *xhat, const or_matrix *rstd,
                                 const or_matrix *gain, const or_matrix *dy,
                                 or_matrix *dgain, or_matrix *dbias,
                                 or_matrix *work, or_matrix *dx);

#endif
