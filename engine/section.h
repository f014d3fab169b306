/* Sections of a program: operations that are carried out for one member of a population after the other.

   All operations of a section are done for one member before the next one has its turn, so what they pass to each other
   stays in the nearest cache. Members don't depend on each other, and are dealt out to threads. An operand of a section
   is one member's part of an array; what is needed only in between lies, for all members of a thread, in one's part. */
#pragma once
#include "program.h"

/* Whose part an operand is: the same array for all members, each member's own, or one that they have in turns. */
enum { SHARED, OWN, IN_TURNS };

typedef struct Copy Copy;
typedef struct {
    int64_t members, work; /* how many members there are, and about how many numbers are touched for all of them */
    Op *op;
    int n_ops;
    int *end; /* where members have operations of their own: behind the last one of each; else NULL */
    Copy **of_thread; /* the same operations, whose operands lie where a thread's present member is */
    int n_threads;
} Section;

/* Copy the operations for so many threads, at most one for each member; false where memory runs out. */
bool deal_out(Section *section, int n_threads);
void free_section(Section *section);

/* What the caller's thread asks now and then, after so much work: whether all is to end here. */
typedef struct Look Look;
struct Look {
    bool (*ends)(Look *, int64_t work);
};

/* Threads that wait for sections. Each has scratch memory. */
typedef struct Team Team;
Team *start_team(int n_threads, char *const *scratch); /* NULL where there are no threads: then sections run in the caller's */
bool run_section(Team *team, const Section *section, char *scratch, Look *look); /* false where it was ended */
void end_team(Team *team);
