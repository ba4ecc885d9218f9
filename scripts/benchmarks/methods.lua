local Account = {}
Account.__index = Account

function Account.new(start) return setmetatable({balance = start, changes = 0}, Account) end

function Account:deposit(amount)
  self.balance = self.balance + amount
  self.changes = self.changes + 1
  return self.balance
end

function Account:spend(amount, fee)
  fee = fee or 1
  if self.balance < amount + fee then return false end
  self.balance = self.balance - (amount + fee)
  self.changes = self.changes + 1
  return true
end

function Account:audit(limit)
  if self.balance > limit then return 1 else return 0 end
end

local function run(n)
  local a = Account.new(100)
  local spent = 0
  local seen = 0
  for i = 0, n - 1 do
    a:deposit(i % 10)
    if a:spend(7) then spent = spent + 1 end
    seen = seen + a:audit(50)
  end
  return table.concat({a.balance, a.changes, spent, seen}, " ")
end
print(run(1000000))
