// SPDX-License-Identifier: GPL-3.0-or-later
#include "output/outputtail.h"

#include <algorithm>

namespace semper {

void OutputTail::add(QByteArrayView bytes)
{
    m_bytes.append(bytes.last(std::min(bytes.size(), mostBytes)));
    m_isCut = m_isCut || bytes.size() > mostBytes;
    if (m_bytes.size() <= 2 * mostBytes)
        return;
    m_bytes.remove(0, m_bytes.size() - mostBytes);
    m_isCut = true;
}

QStringList OutputTail::lines() const
{
    QStringList lines;
    qsizetype end = m_bytes.size();
    while (end > 0 && lines.size() < mostLines) {
        const qsizetype newline = m_bytes.lastIndexOf('\n', end - 1);
        if (newline < 0 && m_isCut && !lines.isEmpty())
            break;
        QByteArray line = m_bytes.sliced(newline + 1, end - newline - 1);
        if (line.endsWith('\r'))
            line.chop(1);
        if (!line.isEmpty())
            lines.prepend(QString::fromUtf8(line.first(std::min(line.size(), mostBytesOfLine))));
        end = std::max<qsizetype>(newline, 0);
    }
    return lines;
}

} // namespace semper
