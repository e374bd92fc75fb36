#include "CFuzzing.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { count = 32, patience = 120, stack_size = 1 << 16 };

static fuzz_witness witnesses[count];
static int is_used[count];
static pthread_t threads[count];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const int fatal[] = {SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT};
static struct sigaction before[sizeof fatal / sizeof *fatal];

static void say(const char *text) {
  ssize_t ignored = write(STDERR_FILENO, text, strlen(text));
  (void)ignored;
}

static void last_words(int number) {
  for (int index = 0; index < count; index++) {
    if ((witnesses[index].turn & 1) && pthread_equal(threads[index], pthread_self())) {
      say("\nthe program stops in ");
      say(witnesses[index].text);
      say("\n");
    }
  }
  // What was there before, such as Swift's backtraces, gets its turn when the instruction is repeated.
  for (size_t index = 0; index < sizeof fatal / sizeof *fatal; index++) {
    sigaction(fatal[index], &before[index], NULL);
  }
  if (number == SIGABRT) raise(number);
}

// A parser that does not end would let the tests wait for ever.
static void *watch(void *unused) {
  uint64_t seen[count] = {0};
  int standing[count] = {0};
  for (;;) {
    sleep(1);
    for (int index = 0; index < count; index++) {
      uint64_t turn = witnesses[index].turn;
      standing[index] = (turn & 1) && turn == seen[index] ? standing[index] + 1 : 0;
      seen[index] = turn;
      if (standing[index] < patience) continue;
      say("\nno end in two minutes of ");
      say(witnesses[index].text);
      say("\n");
      abort();
    }
  }
  return unused;
}

static void start_once(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = last_words;
  action.sa_flags = SA_ONSTACK;
  for (size_t index = 0; index < sizeof fatal / sizeof *fatal; index++) {
    sigaction(fatal[index], &action, &before[index]);
  }
  pthread_t watcher;
  if (pthread_create(&watcher, NULL, watch, NULL) == 0) pthread_detach(watcher);
}

// Without a stack of its own the handler could not run where nesting used the thread's up.
static void reserve_stack(void) {
  stack_t now;
  if (sigaltstack(NULL, &now) != 0 || !(now.ss_flags & SS_DISABLE)) return;
  stack_t stack = {.ss_sp = malloc(stack_size), .ss_size = stack_size};
  if (stack.ss_sp) sigaltstack(&stack, NULL);
}

fuzz_witness *fuzz_open_witness(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, start_once);
  reserve_stack();
  fuzz_witness *found = NULL;
  pthread_mutex_lock(&lock);
  for (int index = 0; index < count && !found; index++) {
    if (is_used[index]) continue;
    is_used[index] = 1;
    threads[index] = pthread_self();
    found = &witnesses[index];
  }
  pthread_mutex_unlock(&lock);
  return found;
}

void fuzz_close_witness(fuzz_witness *witness) {
  pthread_mutex_lock(&lock);
  is_used[witness - witnesses] = 0;
  pthread_mutex_unlock(&lock);
}
