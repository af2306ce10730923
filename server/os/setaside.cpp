// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/setaside.h"

#include "os/descriptorlimit.h"

#include <QByteArray>

#include <thread>

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace semper {

namespace {

bool findOutWhetherToSetAside()
{
    raiseDescriptorLimit();
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < 4 * firstAside)
        return false;
    if (qgetenv("LD_PRELOAD").contains("/vgpreload_")) // Valgrind knows no such child
        return false;
    bool parted = false;
    // On a thread that ends right after: it parts from the table for good.
    std::thread([&parted] {
        parted = ::syscall(SYS_close_range, ~0U, ~0U, CLOSE_RANGE_UNSHARE) == 0;
    }).join();
    return parted;
}

} // namespace

bool canSetAside()
{
    static const bool can = findOutWhetherToSetAside();
    return can;
}

int setAside(int descriptor)
{
    const int moved = canSetAside() ? ::fcntl(descriptor, F_DUPFD_CLOEXEC, firstAside) : -1;
    if (moved < 0)
        return descriptor;
    ::close(descriptor);
    return moved;
}

} // namespace semper
