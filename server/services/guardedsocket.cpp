// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/guardedsocket.h"

#include <algorithm>
#include <iterator>

#include <sys/socket.h>

namespace semper {

void GuardedSocket::beginAnswer(Answer answer)
{
    m_answer = answer;
    m_tail.clear();
    m_headEnded = false;
    m_answerBytes = 0;
}

void GuardedSocket::endTransaction()
{
    if (isTransactionStarted())
        commitTransaction();
}

void GuardedSocket::putBack(const QByteArray &bytes)
{
    std::for_each(bytes.crbegin(), bytes.crend(), [this](char byte) { ungetChar(byte); });
}

void GuardedSocket::closeWriting()
{
    ::shutdown(static_cast<int>(socketDescriptor()), SHUT_WR);
}

qint64 GuardedSocket::writeData(const char *data, qint64 size)
{
    m_answerBytes += size;
    if (m_answer == Answer::Whole)
        return QTcpSocket::writeData(data, size);
    const qint64 kept = bytesOfHead(data, size);
    if (kept > 0 && QTcpSocket::writeData(data, kept) != kept)
        return -1;
    return size;
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
