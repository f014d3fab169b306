/* The reference network trained by libfann: full batch, gradient descent, double precision.
   weights: as libfann orders them, neuron by neuron: those of its inputs, then its bias. */

#include <doublefann.h>
#include <stdlib.h>
#include <string.h>

void train(double *weights, const double *x, const double *y, long n, long epochs, double rate)
{
    const unsigned sizes[] = {2, 4, 4, 1};
    struct fann *ann = fann_create_standard_array(4, sizes);
    fann_set_training_algorithm(ann, FANN_TRAIN_BATCH);
    fann_set_train_error_function(ann, FANN_ERRORFUNC_LINEAR);
    fann_set_activation_function_hidden(ann, FANN_SIGMOID);
    fann_set_activation_function_output(ann, FANN_SIGMOID);
    fann_set_activation_steepness_hidden(ann, 0.5); /* 1 / (1 + exp(-2 z / 2)) */
    fann_set_activation_steepness_output(ann, 0.5);
    fann_set_learning_rate(ann, rate);

    unsigned size = fann_get_total_connections(ann);
    struct fann_connection *all = malloc(size * sizeof *all);
    fann_get_connection_array(ann, all);
    for (unsigned i = 0; i < size; i++) all[i].weight = weights[i];
    fann_set_weight_array(ann, all, size);

    struct fann_train_data *data = fann_create_train(n, 2, 1);
    for (long s = 0; s < n; s++) {
        memcpy(data->input[s], x + 2 * s, 2 * sizeof *x);
        data->output[s][0] = y[s];
    }
    for (long epoch = 0; epoch < epochs; epoch++) fann_train_epoch(ann, data);

    fann_get_connection_array(ann, all);
    for (unsigned i = 0; i < size; i++) weights[i] = all[i].weight;
    fann_destroy_train(data);
    fann_destroy(ann);
    free(all);
}
