/* The axes of operands that are walked together: broadcast against each other, put in order, joined where they can be. */
#pragma once
#include "program.h"

/* Give all operands the same axes, of length 1 and stride 0 where one has none; false where shapes don't go together. */
bool broadcast(Op *op);

/* Keep the fewest axes that walk all operands, in the order in which the operand `lead` lies in memory. */
void join_axes(Op *op, const Operand *lead);

/* The numbers of the index space. */
int64_t space(const Op *op);
