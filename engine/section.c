/* Sections, and the threads that they are dealt out to; section.h says what they are. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "section.h"

enum { LOOKS = 200 }; /* at what others do, before a thread is put to sleep until they have done it: some 50 µs */
enum { LITTLE = 10000 }; /* numbers touched, some 5 µs, between looks whether all is to end */
enum { LINE = 64 };      /* bytes of a cache line, which two cores can't write to at the same time */

/* ---- members */

/* An operand that is another array for each member: where its address stands, and its address for the first member. */
typedef struct {
    char **at, *first;
    int64_t to_next;
} Moving;

/* A thread's own copy of the operations. */
struct Copy {
    Op *op;
    Moving *moving;
    int n_moving;
};

/* All of a copy lies in one block of whole cache lines: each thread writes to its own. */
static Copy *copied(const Section *section, int thread)
{
    size_t n_operands = 0;
    for (int i = 0; i < section->n_ops; i++) n_operands += section->op[i].n_operands;
    size_t bytes = sizeof(Copy) + section->n_ops * sizeof(Op) + n_operands * (sizeof(Operand) + sizeof(Moving));
    Copy *copy = aligned_alloc(LINE, (bytes / LINE + 1) * LINE);
    if (!copy) return NULL;
    Op *op = (Op *)(copy + 1);
    Operand *operand = (Operand *)(op + section->n_ops);
    *copy = (Copy){op, (Moving *)(operand + n_operands), 0};
    memcpy(op, section->op, section->n_ops * sizeof *op);
    for (int i = 0; i < section->n_ops; operand += op[i++].n_operands) {
        op[i].operand = memcpy(operand, section->op[i].operand, op[i].n_operands * sizeof *operand);
        for (Operand *x = operand; x < operand + op[i].n_operands; x++)
            if (x->takes_turns) x->at += thread * x->to_next;
            else if (x->to_next) copy->moving[copy->n_moving++] = (Moving){&x->at, x->at, x->to_next};
    }
    return copy;
}

bool deal_out(Section *section, int n_threads)
{
    if (n_threads > section->members) n_threads = (int)section->members;
    section->of_thread = calloc(n_threads, sizeof *section->of_thread);
    if (!section->of_thread) return false;
    for (int t = 0; t < n_threads; t++, section->n_threads++)
        if (!(section->of_thread[t] = copied(section, t))) return false;
    return true;
}

void free_section(Section *section)
{
    for (int t = 0; t < section->n_threads; t++) free(section->of_thread[t]);
    free(section->of_thread);
}

/* Whether all is to end. look: the caller's thread's; the others see what it found. */
static bool is_to_end(Look *look, int64_t work, atomic_bool *is_ended)
{
    return look ? look->ends(look, work) : atomic_load_explicit(is_ended, memory_order_relaxed);
}

/* Some members, one after the other, in one of the threads; false where that was ended. */
static bool run_members(const Section *section, int thread, int64_t first, int64_t end, char *scratch, Look *look, atomic_bool *is_ended)
{
    const Copy *copy = section->of_thread[thread];
    int64_t work = 0;
    for (int64_t k = first; k < end; k++) {
        for (const Moving *x = copy->moving; x < copy->moving + copy->n_moving; x++) *x->at = x->first + k * x->to_next;
        int i = section->end && k ? section->end[k - 1] : 0, after = section->end ? section->end[k] : section->n_ops;
        for (const Op *op = copy->op + i; op < copy->op + after; op++) {
            op->run(op, scratch);
            if ((work += op->work) < LITTLE) continue;
            if (is_to_end(look, work, is_ended)) return false;
            work = 0;
        }
    }
    return !is_to_end(look, work, is_ended);
}

/* ---- threads */

typedef struct {
    _Alignas(LINE) atomic_llong next; /* of its share of the members, the first one that is still to be taken */
    Team *team;
    pthread_t thread;
    int number;
    char *scratch;
} Worker;

struct Team {
    int n; /* threads, the caller's included: it has the number 0 */
    const Section *section; /* the present one, while there are members that are still to be taken */
    bool is_over;
    atomic_bool is_ended; /* before all members were done */
    atomic_long begun, at_work; /* sections that were begun, and threads that are at work on the present one */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    Worker worker[];
};

/* The first member of a thread's share. */
static int64_t share(const Section *section, int thread) { return section->members * thread / section->n_threads; }

/* First the thread's own share, whose numbers are still in its cache from the section before, then what others have left.
   Members are taken a few at a time: no thread waits long for one that the system has put aside. */
static void take_members(Team *team, const Section *section, int thread, char *scratch, Look *look)
{
    int64_t few = section->members / (32 * team->n) + 1, first;
    for (int i = 0; thread < section->n_threads && i < section->n_threads; i++) {
        int whose = (thread + i) % section->n_threads;
        int64_t after = share(section, whose + 1);
        while ((first = atomic_fetch_add(&team->worker[whose].next, few)) < after) {
            int64_t end = first + few < after ? first + few : after;
            if (run_members(section, thread, first, end, scratch, look, &team->is_ended)) continue;
            atomic_store(&team->is_ended, true);
            return;
        }
    }
}

/* Wait for a number to change; with `a_while` for 10 ms at most. */
static void wait_while(Team *team, atomic_long *number, long is, bool a_while)
{
    for (int i = 0; i < LOOKS; i++) {
        if (atomic_load(number) != is) return;
        sched_yield();
    }
    pthread_mutex_lock(&team->lock);
    if (a_while && atomic_load(number) == is) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        if ((until.tv_nsec += 10000000) >= 1000000000) until.tv_sec++, until.tv_nsec -= 1000000000;
        pthread_cond_timedwait(&team->changed, &team->lock, &until);
    }
    while (!a_while && atomic_load(number) == is) pthread_cond_wait(&team->changed, &team->lock);
    pthread_mutex_unlock(&team->lock);
}

static void *work(void *argument)
{
    Worker *self = argument;
    Team *team = self->team;
    for (long begun = 0;;) {
        wait_while(team, &team->begun, begun, false);
        pthread_mutex_lock(&team->lock);
        begun = atomic_load(&team->begun);
        const Section *section = team->section;
        bool is_over = team->is_over;
        if (section) atomic_fetch_add(&team->at_work, 1);
        pthread_mutex_unlock(&team->lock);
        if (is_over) return NULL;
        if (!section) continue; /* others have done it */
        take_members(team, section, self->number, self->scratch, NULL);
        pthread_mutex_lock(&team->lock);
        atomic_fetch_sub(&team->at_work, 1);
        pthread_cond_broadcast(&team->changed);
        pthread_mutex_unlock(&team->lock);
    }
}

Team *start_team(int n_threads, char *const *scratch)
{
    size_t bytes = sizeof(Team) + n_threads * sizeof(Worker); /* whole cache lines */
    Team *team = n_threads > 1 ? aligned_alloc(LINE, bytes) : NULL;
    if (!team) return NULL;
    memset(team, 0, bytes);
    pthread_mutex_init(&team->lock, NULL), pthread_cond_init(&team->changed, NULL);
    sigset_t all, before; /* signals are the caller's: Python handles them */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (team->n = 1; team->n < n_threads; team->n++) {
        Worker *worker = team->worker + team->n;
        *worker = (Worker){.team = team, .number = team->n, .scratch = scratch[team->n]};
        if (pthread_create(&worker->thread, NULL, work, worker)) break; /* then there are fewer */
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return team;
}

static void begin(Team *team, const Section *section)
{
    pthread_mutex_lock(&team->lock);
    team->section = section, team->is_over = !section;
    for (int t = 0; section && t < section->n_threads; t++) atomic_store(&team->worker[t].next, share(section, t));
    atomic_store(&team->is_ended, false);
    atomic_fetch_add(&team->begun, 1);
    pthread_cond_broadcast(&team->changed);
    pthread_mutex_unlock(&team->lock);
}

bool run_section(Team *team, const Section *section, char *scratch, Look *look)
{
    if (!team) return run_members(section, 0, 0, section->members, scratch, look, NULL);
    begin(team, section);
    take_members(team, section, 0, scratch, look);
    pthread_mutex_lock(&team->lock);
    team->section = NULL;
    pthread_mutex_unlock(&team->lock);
    for (long n; (n = atomic_load(&team->at_work));) {
        wait_while(team, &team->at_work, n, true);
        if (!atomic_load(&team->is_ended) && look->ends(look, section->work)) atomic_store(&team->is_ended, true);
    }
    return !atomic_load(&team->is_ended);
}

void end_team(Team *team)
{
    if (!team) return;
    begin(team, NULL);
    for (int i = 1; i < team->n; i++) pthread_join(team->worker[i].thread, NULL);
    pthread_cond_destroy(&team->changed), pthread_mutex_destroy(&team->lock);
    free(team);
}
