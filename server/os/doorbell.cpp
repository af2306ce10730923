// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/doorbell.h"

#include <sys/eventfd.h>
#include <unistd.h>

namespace semper {

Doorbell::Doorbell()
    : m_descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
    , m_notifier(m_descriptor, QSocketNotifier::Read)
{
    connect(&m_notifier, &QSocketNotifier::activated, this, &Doorbell::answer);
}

Doorbell::~Doorbell()
{
    m_notifier.setEnabled(false); // before it is closed
    ::close(m_descriptor);
}

void Doorbell::ring() const
{
    const quint64 one = 1;
    static_cast<void>(!::write(m_descriptor, &one, sizeof one));
}

void Doorbell::answer()
{
    quint64 rings = 0;
    static_cast<void>(!::read(m_descriptor, &rings, sizeof rings));
    Q_EMIT heard();
}

} // namespace semper
