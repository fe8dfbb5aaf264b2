#include "apps/hitokoe/environment.h"
