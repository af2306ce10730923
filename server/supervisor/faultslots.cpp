// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/faultslots.h"

#include <utility>

#include <sys/mman.h>

namespace semper {

FaultSlots::FaultSlots(std::size_t count)
    : m_bytes(count * sizeof(ChildFault))
    , m_memory(::mmap(nullptr, m_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))
{
    if (m_memory == MAP_FAILED)
        qFatal("no memory for launches: %s", qUtf8Printable(qt_error_string()));
    auto *slot = static_cast<ChildFault *>(m_memory);
    for (std::size_t i = 0; i < count; ++i)
        m_free.push_back(std::construct_at(slot + i));
}

FaultSlots::~FaultSlots()
{
    ::munmap(m_memory, m_bytes);
}

ChildFault *FaultSlots::take()
{
    Q_ASSERT(!m_free.empty());
    ChildFault *slot = m_free.back();
    m_free.pop_back();
    *slot = {};
    return slot;
}

ChildFault FaultSlots::give(ChildFault *slot)
{
    m_free.push_back(slot);
    return *slot;
}

} // namespace semper
