// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/guardedsocket.h"

#include <algorithm>

namespace semper {

void GuardedSocket::beginAnswer(Answer answer)
{
    m_answer = answer;
    m_tail.clear();
    m_headEnded = false;
    m_answerBytes = 0;
}

qint64 GuardedSocket::pass(const char *data, qint64 size)
{
    m_answerBytes += size;
    return m_answer == Answer::Whole ? size : bytesOfHead(data, size);
}

qint64 GuardedSocket::bytesOfHead(const char *data, qint64 size)
{
    if (m_headEnded)
        return 0;
    const qsizetype before = m_tail.size();
    m_tail.append(data, size);
    const qsizetype blank = m_tail.indexOf("\r\n\r\n");
    m_headEnded = blank >= 0;
    if (m_headEnded)
        return blank + 4 - before;
    m_tail = m_tail.last(std::min<qsizetype>(3, m_tail.size()));
    return size;
}

} // namespace semper
