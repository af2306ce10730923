// SPDX-License-Identifier: LGPL-3.0-or-later
#include "host/processtitle.h"

#include <QByteArray>

#include <algorithm>
#include <cstring>

#include <sys/prctl.h>

namespace semper {

namespace {

/// The first \a room bytes of \a text at most, cut between two characters.
[[nodiscard]] QByteArray firstBytes(const QString &text, std::size_t room)
{
    QByteArray bytes = text.toUtf8();
    if (bytes.size() <= qsizetype(room))
        return bytes;
    auto end = qsizetype(room);
    while (end > 0 && (bytes.at(end) & 0xC0) == 0x80)
        --end;
    return bytes.first(end);
}

} // namespace

ProcessTitle::ProcessTitle(int argc, char **argv)
    : m_arguments(argv, argv + argc)
    , m_memory(argc > 0 ? argv[0] : nullptr)
    , m_size(0)
{
    for (int i = 0; i < argc && argv[i] == m_memory + m_size; ++i)
        m_size += std::strlen(argv[i]) + 1;
}

void ProcessTitle::set(const QString &title)
{
    constexpr std::size_t longestThreadName = 15;
    prctl(PR_SET_NAME, firstBytes(title, longestThreadName).constData());
    if (m_size == 0)
        return;
    // The last byte stays 0: otherwise the kernel would show the environment behind it too.
    const QByteArray shown = firstBytes(title, m_size - 1);
    std::memset(m_memory, 0, m_size);
    std::copy(shown.cbegin(), shown.cend(), m_memory);
}

void ProcessTitle::dropLast()
{
    if (m_size == 0 || m_arguments.empty())
        return;
    const std::size_t size = m_arguments.back().size();
    std::memset(m_memory + m_size - 1 - size, 0, size);
}

} // namespace semper
